// A network and its images in JSON.
#pragma once

#include "fathom/report/network_use.h"
#include "report/json_parts.h"

namespace fathom {

Json json_of(const ShownImages& images);
Json json_of(const UsedNetwork& network);

}  // namespace fathom
