#include "read/dicom/library.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcdict.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpeg/djutils.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/appender.h>
#include <dcmtk/oflog/oflog.h>
#include <dcmtk/oflog/spi/logevent.h>

#include <mutex>
#include <sstream>
#include <string>
#include <string_view>

#include "fathom/core/error.h"

namespace fathom {

namespace {

thread_local std::size_t inventions = 0;

/// Appenders are called by the thread that logs.
class InventionCounter : public dcmtk::log4cplus::Appender {
 public:
  ~InventionCounter() override { destructorImpl(); }
  void close() override {}

 protected:
  void append(const dcmtk::log4cplus::spi::InternalLoggingEvent& event) override {
    const OFString& message = event.getMessage();
    const std::string_view text(message.c_str(), message.length());
    if (text.starts_with("Corrupt JPEG") || text.starts_with("Premature end")) ++inventions;
  }
};

void silence_log() {
  OFLog::configure(OFLogger::OFF_LOG_LEVEL);
  DCM_dcmjpegLogger.setAdditivity(false);
  DCM_dcmjpegLogger.removeAllAppenders();
  DCM_dcmjpegLogger.addAppender(dcmtk::log4cplus::SharedAppenderPtr(new InventionCounter()));
  DCM_dcmjpegLogger.setLogLevel(OFLogger::WARN_LOG_LEVEL);
}

/// True where implicit value representations can be told. The environment may name other dictionaries than
/// those that DCMTK was built with, or none: these are then added.
bool has_dictionary() {
  DcmDataDictionary& dictionary = dcmDataDict.wrlock();
  std::istringstream files(DCM_DICT_DEFAULT_PATH);
  for (std::string file; dictionary.findEntry(DCM_PixelData, nullptr) == nullptr;) {
    if (!std::getline(files, file, ENVIRONMENT_PATH_SEPARATOR)) break;
    dictionary.loadDictionary(file.c_str(), OFFalse);
  }
  const bool found = dictionary.findEntry(DCM_PixelData, nullptr) != nullptr;
  dcmDataDict.wrunlock();
  return found;
}

void prepare_once() {
  silence_log();
  if (!has_dictionary()) {
    throw InputError(DCM_DICT_DEFAULT_PATH, "is not there, and DICOM cannot be read without it",
                     "install DCMTK's libraries again (Debian: libdcmtk17)");
  }
  DcmRLEDecoderRegistration::registerCodecs();
  DJDecoderRegistration::registerCodecs();
  DJLSDecoderRegistration::registerCodecs();
}

}  // namespace

void prepare_dcmtk() {
  static std::once_flag once;
  std::call_once(once, prepare_once);
}

std::size_t invented_pixels() {
  return inventions;
}

}  // namespace fathom
