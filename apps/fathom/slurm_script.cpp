#include "slurm_script.h"

#include <fmt/format.h>

#include <algorithm>

namespace fathom {

namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_./=:,+@%").find(c) != std::string_view::npos;
}

/// A directive is one line, and #SBATCH takes quotes as a shell does.
std::string directive_word(std::string word) {
  std::ranges::replace_if(
      word, [](char c) { return !is_plain(c); }, '_');
  return word;
}

}  // namespace

std::string shell_word(const std::string& word) {
  if (!word.empty() && std::ranges::all_of(word, is_plain)) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string slurm_script(const SlurmJob& job) {
  std::string text = fmt::format(
      "#!/bin/sh\n"
      "#SBATCH --job-name={}\n"
      "#SBATCH --array=1-{}\n"
      "#SBATCH --cpus-per-task={}\n",
      directive_word(job.name), job.tasks, job.cpus);
  if (job.gpu) text += "#SBATCH --gres=gpu:1\n";
  text += fmt::format("#SBATCH --output={}\n", directive_word(job.log));
  text +=
      "# Add --time, --mem, --partition and --account as your cluster asks for them.\n"
      "# A task that meets its time limit keeps what it has done: submit the script again to go on.\n"
      "exec";
  for (const std::string& word : job.command) text += " " + shell_word(word);
  return text + " --threads \"${SLURM_CPUS_PER_TASK:-1}\"\n";
}

}  // namespace fathom
