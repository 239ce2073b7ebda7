#include "fathom/read/data_set.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "fathom/read/cifar.h"
#include "fathom/read/dicom.h"
#include "fathom/read/idx.h"
#include "fathom/read/image_folder.h"
#include "fathom/read/nifti.h"
#include "fathom/read/npy.h"
#include "fathom/read/npz.h"
#include "fathom/read/svhn.h"
#include "fathom/read/table.h"
#include "read/byte_source.h"
#include "read/dicom/found_images.h"
#include "read/lower_case.h"

namespace fathom {

namespace fs = std::filesystem;

namespace {

DataSet open_as_table(const fs::path& path, const ReadOptions& options) {
  if (fs::is_directory(path)) {
    if (!options.labels) {
      throw UsageError("--format", "a folder is no table", "name the table of its labels with --labels");
    }
    return open_table(*options.labels, path, options);
  }
  if (options.labels) {
    throw UsageError("--labels", "goes with a folder of images, and " + path.string() + " is a table itself",
                     "give the folder as DATA, or leave --labels out");
  }
  return open_table(path, path.has_parent_path() ? path.parent_path() : fs::path("."), options);
}

struct Form {
  std::string_view name;
  DataSet (*open)(const fs::path&, const ReadOptions&);
};

constexpr std::array<Form, 10> forms = {{{"folder", open_image_folder},
                                         {"table", open_as_table},
                                         {"npz", open_npz},
                                         {"npy", open_npy},
                                         {"idx", open_idx},
                                         {"cifar10", open_cifar},
                                         {"cifar100", open_cifar},
                                         {"dicom", open_dicom},
                                         {"nifti", open_nifti},
                                         {"svhn", open_svhn}}};

constexpr const char* readable_forms =
    "give a folder of images or volumes, DICOM, NIfTI, a .csv table, .npz, .npy, IDX or CIFAR binary files, "
    "or "
    "name the form with --format";

const Form& form_named(std::string_view name) {
  const auto found =
      std::find_if(forms.begin(), forms.end(), [&](const Form& form) { return form.name == name; });
  if (found != forms.end()) return *found;
  std::string names = "auto";
  for (const Form& form : forms) names += ", " + std::string(form.name);
  throw UsageError("--format", "\"" + std::string(name) + "\" is not a form that is read",
                   "choose one of " + names);
}

std::string_view recognise_folder(const fs::path& folder, const ReadOptions& options) {
  if (is_cifar_folder(folder)) return "cifar10";
  if (is_idx_folder(folder)) return "idx";
  if (is_svhn_folder(folder)) return "svhn";
  if (options.labels) return "table";
  return is_nifti_folder(folder) ? "nifti" : "folder";
}

std::string first_bytes(const fs::path& file) {
  std::string bytes(6, '\0');
  bytes.resize(open_bytes(file)->read(std::as_writable_bytes(std::span(bytes))));
  return bytes;
}

/// By content first; a suffix decides where the content does not, so that a broken file is judged as what it
/// was meant to be.
std::string_view recognise_file(const fs::path& file) {
  const std::string start = first_bytes(file);
  if (start.compare(0, 4, "PK\x03\x04") == 0 || start.compare(0, 4, "PK\x05\x06") == 0) return "npz";
  if (start.compare(0, 6, "\x93NUMPY") == 0) return "npy";
  if (is_idx_file(file)) return "idx";
  if (is_matlab_file(file)) return "svhn";
  if (is_nifti_file(file) || has_nifti_suffix(file)) return "nifti";
  const std::string suffix = lower_case(file.extension().string());
  if (suffix == ".csv" || suffix == ".tsv" || suffix == ".txt") return "table";
  if (suffix == ".npz") return "npz";
  if (suffix == ".npy") return "npy";
  if (seems_dicom(file)) return "dicom";
  if (is_cifar_file(file)) return "cifar10";
  if (file.filename().string().find("-ubyte") != std::string::npos) return "idx";
  if (has_image_suffix(file)) {
    throw InputError(file.string(), "is a single image", "give the folder that holds the images");
  }
  throw InputError(file.string(), "is of no form that is read", readable_forms);
}

}  // namespace

std::string_view split_name(Split split) {
  switch (split) {
    case Split::none:
      return "none";
    case Split::train:
      return "train";
    case Split::validation:
      return "val";
    case Split::test:
      return "test";
  }
  throw InternalError("unknown split");
}

std::optional<Split> recognise_split(std::string_view name) {
  const std::string wanted = lower_case(name);
  if (wanted == "train" || wanted == "training") return Split::train;
  if (wanted == "val" || wanted == "valid" || wanted == "validation") return Split::validation;
  if (wanted == "test" || wanted == "testing") return Split::test;
  return std::nullopt;
}

DataSet open_data_set(const fs::path& path, const ReadOptions& options) {
  if (options.format != "auto") form_named(options.format);
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw InputError(path.string(), "does not exist", "check the path");
  }
  if (error)
    throw InputError(path.string(), "cannot be read (" + error.message() + ")",
                     "check the path and its permissions");
  const std::string_view form =
      options.format != "auto"
          ? std::string_view(options.format)
          : (fs::is_directory(status) ? recognise_folder(path, options) : recognise_file(path));
  DataSet data = form_named(form).open(path, options);
  if (options.slices != SliceOptions{} && !data.pixels->volumes()) {
    throw UsageError("--slices", path.string() + " holds no volumes, whose slices are chosen",
                     "leave --slices, --slice-step, --slice-range and --min-foreground out");
  }
  if (options.view != View::stored && !data.pixels->medical()) {
    throw UsageError("--view", path.string() + " holds no medical image, whose values a view is for",
                     "leave it out");
  }
  return data;
}

}  // namespace fathom
