// Ctrl-C asks a command to stop at the next safe point; a second one stops it at once.
#pragma once

namespace fathom {

void catch_interrupts();
bool interrupted();

}  // namespace fathom
