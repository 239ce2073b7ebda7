// Writes the page of documents, as the program does: write_page OUTPUT.html DOCUMENT.json...
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "fathom/core/atomic_file.h"
#include "fathom/report/html_page.h"

int main(int argc, char** argv) {
  try {
    std::vector<std::string> documents;
    for (int i = 2; i < argc; ++i) {
      std::ifstream file(argv[i], std::ios::binary);
      documents.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    fathom::write_file(argv[1], fathom::html_page(documents));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
