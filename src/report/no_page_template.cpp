#include "report/page_template.h"

namespace fathom {

PageTemplate page_template() {
  return {};
}

}  // namespace fathom
