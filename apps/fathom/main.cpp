#include "run.h"

int main(int argc, char** argv) {
  return fathom::run(argc, argv);
}
