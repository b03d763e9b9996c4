#include "fusebox/base/build_id.h"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace fusebox {
namespace {

using Bytes = std::span<const std::byte>;

constexpr char kOwner[] = "GNU";

size_t padded(size_t size, size_t alignment) { return (size + alignment - 1) / alignment * alignment; }

// A segment of notes: each a head, its owner's name and its contents, both padded.
std::string id_in_notes(Bytes notes, size_t alignment) {
  for (ElfW(Nhdr) head; notes.size() >= sizeof head;) {
    std::memcpy(&head, notes.data(), sizeof head);
    const size_t begin = padded(sizeof head + head.n_namesz, alignment), end = begin + head.n_descsz;
    if (end > notes.size()) return {};
    const std::byte* owner = notes.data() + sizeof head;
    if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == sizeof kOwner &&
        std::memcmp(owner, kOwner, sizeof kOwner) == 0) {
      std::string id;
      for (const std::byte byte : notes.subspan(begin, head.n_descsz))
        id += fmt::format("{:02x}", static_cast<unsigned>(byte));
      return id;
    }
    notes = notes.subspan(std::min(padded(end, alignment), notes.size()));
  }
  return {};
}

struct Search {
  uintptr_t address;
  std::string id;
};

// Of each file that is loaded: ends the search at the one that the address lies in.
int look_at(dl_phdr_info* file, size_t, void* data) {
  Search& search = *static_cast<Search*>(data);
  const std::span<const ElfW(Phdr)> segments(file->dlpi_phdr, file->dlpi_phnum);
  const auto holds = [&](const ElfW(Phdr) & segment) {
    return segment.p_type == PT_LOAD &&
           search.address - (file->dlpi_addr + segment.p_vaddr) < segment.p_memsz;
  };
  if (std::none_of(segments.begin(), segments.end(), holds)) return 0;
  for (const ElfW(Phdr) & segment : segments) {
    if (segment.p_type != PT_NOTE || !search.id.empty()) continue;
    const auto* notes = reinterpret_cast<const std::byte*>(file->dlpi_addr + segment.p_vaddr);
    search.id = id_in_notes({notes, segment.p_memsz}, segment.p_align == 8 ? 8 : 4);
  }
  return 1;
}

}  // namespace

std::string build_id(const void* code) {
  Search search{reinterpret_cast<uintptr_t>(code), {}};
  dl_iterate_phdr(look_at, &search);
  return search.id;
}

}  // namespace fusebox
