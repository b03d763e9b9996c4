// The elements have no default constructor.
// expect: fusebox: a field of this struct is a C array. Use std::array or std::vector
#include "module.h"

struct Expert {
  static constexpr std::size_t kFields = 1;
  Expert(int, int) {}
  Linear proj;
};

struct Model {
  int count;
#ifdef FUSEBOX_FIXED
  std::array<Expert, 2> experts;
#else
  Expert experts[2];
#endif
};

template void fill(Model&);
