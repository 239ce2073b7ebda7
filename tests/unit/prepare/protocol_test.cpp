#include "fathom/prepare/protocol.h"

#include <gtest/gtest.h>

#include "fathom/core/error.h"

namespace fathom {
namespace {

template <class Call>
std::string usage_error(Call call) {
  try {
    call();
  } catch (const UsageError& error) {
    EXPECT_EQ(error.kind(), InputError::Kind::usage);
    EXPECT_FALSE(error.remedy().empty());
    return error.what();
  }
  ADD_FAILURE() << "no UsageError";
  return "";
}

TEST(Protocol, NamesAreThoseOfThePapers) {
  EXPECT_EQ(protocol_names(), (std::vector<std::string>{"iclr2024", "miccai2022", "pope2021", "native"}));
  for (const std::string& name : protocol_names()) EXPECT_EQ(named_protocol(name).name(), name);
}

TEST(Protocol, FieldsFollowTheTable) {
  const Protocol p1 = named_protocol("iclr2024");
  EXPECT_EQ(p1.scaling, Protocol::Scaling::by_image_maximum);
  EXPECT_EQ(p1.resize, Protocol::Resize::bilinear);
  EXPECT_EQ(p1.size, (ImageSize{224, 224}));
  EXPECT_EQ(p1.channels, Channels::automatic);
  EXPECT_EQ(p1.range, (PixelRange{0, 255}));

  const Protocol p2 = named_protocol("miccai2022");
  EXPECT_EQ(p2.scaling, Protocol::Scaling::by_image_maximum);
  EXPECT_EQ(p2.size, (ImageSize{224, 224}));
  EXPECT_EQ(p2.channels, Channels::grey);

  const Protocol p4 = named_protocol("pope2021");
  EXPECT_EQ(p4.scaling, Protocol::Scaling::none);
  EXPECT_EQ(p4.resize, Protocol::Resize::nearest);
  EXPECT_EQ(p4.size, (ImageSize{32, 32}));
  EXPECT_EQ(p4.channels, Channels::automatic);
  EXPECT_EQ(p4.range, (PixelRange{0, 1}));

  const Protocol native = named_protocol("native");
  EXPECT_EQ(native.scaling, Protocol::Scaling::none);
  EXPECT_EQ(native.size, std::nullopt);
  EXPECT_EQ(native.channels, Channels::automatic);
  EXPECT_EQ(native.range, std::nullopt);
}

TEST(Protocol, AnUnknownNameListsThoseThereAre) {
  const std::string message = usage_error([] { named_protocol("iclr2025"); });
  EXPECT_EQ(
      message,
      "--protocol: there is no protocol \"iclr2025\"; use one of: iclr2024, miccai2022, pope2021, native");
  usage_error([] { named_protocol(""); });
  usage_error([] { named_protocol("ICLR2024"); });
}

TEST(Protocol, OverridesAreRecorded) {
  Protocol protocol = named_protocol("iclr2024");
  set_size(protocol, "64");
  EXPECT_EQ(protocol.size, (ImageSize{64, 64}));
  EXPECT_EQ(protocol.name(), "iclr2024+size=64");

  protocol = named_protocol("iclr2024");
  set_range(protocol, "0,1");
  EXPECT_EQ(protocol.range, (PixelRange{0, 1}));
  EXPECT_EQ(protocol.name(), "iclr2024+range=0,1");

  protocol = named_protocol("pope2021");
  set_channels(protocol, "rgb");
  EXPECT_EQ(protocol.channels, Channels::rgb);
  EXPECT_EQ(protocol.name(), "pope2021+channels=rgb");

  protocol = named_protocol("native");
  set_size(protocol, "48x64");
  EXPECT_EQ(protocol.size, (ImageSize{48, 64}));
  EXPECT_EQ(protocol.name(), "native+size=48x64");

  protocol = named_protocol("iclr2024");
  set_size(protocol, "native");
  EXPECT_EQ(protocol.size, std::nullopt);
  EXPECT_EQ(protocol.name(), "iclr2024+size=native");
}

TEST(Protocol, AnEqualValueChangesNothing) {
  Protocol protocol = named_protocol("iclr2024");
  set_size(protocol, "224");
  set_size(protocol, "224x224");
  set_channels(protocol, "auto");
  set_range(protocol, "0,255");
  set_range(protocol, "0.0,2.55e2");
  EXPECT_EQ(protocol.name(), "iclr2024");

  protocol = named_protocol("native");
  set_size(protocol, "native");
  EXPECT_EQ(protocol.name(), "native");
}

TEST(Protocol, EqualProtocolsHaveOneName) {
  Protocol one = named_protocol("iclr2024"), other = named_protocol("iclr2024");
  set_size(one, "64");
  set_channels(one, "grey");
  set_range(one, "-1,1");
  set_range(other, "-1.0,1.000");
  set_channels(other, "grey");
  set_size(other, "64x64");
  EXPECT_EQ(one.name(), "iclr2024+size=64+channels=grey+range=-1,1");
  EXPECT_EQ(other.name(), one.name());

  set_size(one, "224");  // the last word counts, and back to the base is no change
  set_channels(one, "auto");
  EXPECT_EQ(one.name(), "iclr2024+range=-1,1");
}

TEST(Protocol, AViewIsPartOfTheName) {
  Protocol protocol = named_protocol("iclr2024");
  EXPECT_EQ(protocol.view, View::stored);
  set_size(protocol, "64");
  set_view(protocol, "ct:brain");
  EXPECT_EQ(protocol.view, View::ct_brain);
  EXPECT_EQ(protocol.name(), "iclr2024+view=ct:brain+size=64");
  set_view(protocol, "stored");
  EXPECT_EQ(protocol.name(), "iclr2024+size=64");
  for (const std::string& name : view_names()) {
    set_view(protocol, name);
    EXPECT_EQ(view_name(protocol.view), name);
  }
  for (const char* text : {"", "Window", "ct", "ct:", "ct:lung"}) {
    const std::string message = usage_error([&] { set_view(protocol, text); });
    EXPECT_NE(message.find("--view"), std::string::npos) << message;
    EXPECT_NE(message.find("stored, window, ct:brain, ct:subdural, ct:bone, percentile, published"),
              std::string::npos)
        << message;
  }
}

TEST(Protocol, ThePublishedCodeIsPartOfTheName) {
  Protocol protocol = named_protocol("miccai2022");
  protocol.published_code = true;
  EXPECT_EQ(protocol.name(), "miccai2022-code");
  set_size(protocol, "32");
  EXPECT_EQ(protocol.name(), "miccai2022-code+size=32");
}

TEST(Protocol, IsFoundAgainByItsName) {
  Protocol changed = named_protocol("pope2021");
  set_size(changed, "48x64");
  set_channels(changed, "rgb");
  set_range(changed, "-1,1e+20");
  set_view(changed, "ct:bone");
  Protocol published = named_protocol("iclr2024");
  published.published_code = true;
  set_size(published, "native");
  for (const Protocol& protocol : {named_protocol("native"), changed, published}) {
    const Protocol found = protocol_of_name(protocol.name());
    EXPECT_EQ(found.name(), protocol.name());
    EXPECT_EQ(found.view, protocol.view);
    EXPECT_EQ(found.size, protocol.size);
    EXPECT_EQ(found.channels, protocol.channels);
    EXPECT_EQ(found.range, protocol.range);
    EXPECT_EQ(found.published_code, protocol.published_code);
    EXPECT_EQ(found.scaling, protocol.scaling);
    EXPECT_EQ(found.resize, protocol.resize);
  }
  EXPECT_NE(usage_error([] { protocol_of_name("other+size=64"); }), "");
  EXPECT_NE(usage_error([] { protocol_of_name("native+size=x"); }), "");
}

TEST(Protocol, BadSizesAreRefused) {
  for (const char* text : {"", "0", "-1", "+64", " 64", "64 ", "64x", "x64", "64x64x3", "64X64", "6.4", "1e2",
                           "0x5", "5x0", "16385", "99999999999999999999", "auto"}) {
    Protocol protocol = named_protocol("iclr2024");
    const std::string message = usage_error([&] { set_size(protocol, text); });
    EXPECT_EQ(message.find("--size: \"" + std::string(text) + "\" is not a size"), 0u) << message;
    EXPECT_EQ(protocol.name(), "iclr2024");
    EXPECT_EQ(protocol.size, (ImageSize{224, 224}));
  }
  Protocol protocol = named_protocol("iclr2024");
  set_size(protocol, "16384x1");
  EXPECT_EQ(protocol.size, (ImageSize{16384, 1}));
}

TEST(Protocol, BadChannelsAreRefused) {
  for (const char* text : {"", "gray", "RGB", "automatic", "3"}) {
    Protocol protocol = named_protocol("native");
    const std::string message = usage_error([&] { set_channels(protocol, text); });
    EXPECT_NE(message.find("--channels"), std::string::npos) << message;
    EXPECT_NE(message.find("auto, grey or rgb"), std::string::npos) << message;
  }
}

TEST(Protocol, BadRangesAreRefused) {
  for (const char* text : {"", "0", ",", "0,", ",1", "1,0", "1,1", "0,1,2", "a,b", "nan,1", "0,nan", "0,inf",
                           "-inf,0", "0, 1", "0;1", "0,1e999", "-1e308,1e308", "0,1e-308"}) {
    Protocol protocol = named_protocol("iclr2024");
    const std::string message = usage_error([&] { set_range(protocol, text); });
    EXPECT_EQ(message.find("--range: \"" + std::string(text) + "\" is "), 0u) << message;
    EXPECT_EQ(protocol.range, (PixelRange{0, 255}));
  }
}

}  // namespace
}  // namespace fathom
