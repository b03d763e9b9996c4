// expect: fusebox: a union hides which of its fields is alive. Use std::optional fields
#include "module.h"

#ifdef FUSEBOX_FIXED
struct Either {
  std::optional<Linear> linear;
  std::optional<Tensor> tensor;
};
#else
union Either {
  Either() : tensor() {}
  ~Either() {}
  Linear linear;
  Tensor tensor;
};
#endif

struct Model {
  Either either;
};

template void fill(Model&);
