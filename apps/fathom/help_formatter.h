// How --help looks: an option and its value on the left, words and default on the right, within 80 columns.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace fathom {

class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter();
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
};

}  // namespace fathom
