// The class that hides a tensor is deep inside the module.
// expect: fusebox: the fields of this class cannot be seen, because it has private or protected fields
#include "module.h"

#ifdef FUSEBOX_FIXED
struct Gate {
#else
class Gate {
#endif
  Linear proj;
};

struct Layer {
  std::vector<std::unique_ptr<Gate>> gates;
};

struct Model {
  std::vector<Layer> layers;
};

template void fill(Model&);
