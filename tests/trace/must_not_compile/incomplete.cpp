// expect: fusebox: this class is declared but not defined here, so its fields cannot be seen. Define it first
#include "module.h"

struct Head;

struct Model {
  Model();
  ~Model();
  static constexpr std::size_t kFields = 1;
  std::unique_ptr<Head> head;
};

#ifdef FUSEBOX_FIXED
struct Head {
  Linear proj;
};
#endif

template void fill(Model&);
