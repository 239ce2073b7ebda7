// A job script for Slurm.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace fathom {

struct SlurmJob {
  std::string name;  ///< of the study
  std::size_t tasks = 1, cpus = 1;
  bool gpu = false;
  std::string log;                   ///< file of the output of task %a
  std::vector<std::string> command;  ///< what every task runs; its threads come from Slurm
};

/// An array job for sbatch. Words are quoted as a shell needs them.
std::string slurm_script(const SlurmJob& job);

/// A word that a POSIX shell takes as it is, whatever is in it.
std::string shell_word(const std::string& word);

}  // namespace fathom
