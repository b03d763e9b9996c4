#include "fusebox/pjrt/plugin_file.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "fusebox/base/error.h"

namespace fusebox::pjrt {
namespace {

namespace fs = std::filesystem;

#if defined(__x86_64__)
constexpr int kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr int kMachine = EM_AARCH64;
#else
constexpr int kMachine = EM_NONE;
#endif

Error invalid(const std::string& path, std::string what) {
  return Error(ErrorKind::kInvalidFile, "not a PJRT plugin: " + std::move(what))
      .file(path)
      .hint("a plugin is a shared library such as pjrt_c_api_cpu_plugin.so");
}

bool read_at(std::ifstream& in, uint64_t offset, void* out, size_t size) {
  in.seekg(static_cast<std::streamoff>(offset));
  in.read(static_cast<char*>(out), static_cast<std::streamsize>(size));
  return in.good();
}

// The loader maps segments without asking whether the file reaches so far; touching such a page is a SIGBUS.
void check_segments(std::ifstream& in, const Elf64_Ehdr& head, const std::string& path, uint64_t file_size) {
  if (head.e_phentsize != sizeof(Elf64_Phdr)) throw invalid(path, "its program headers have an unknown size");
  for (uint64_t i = 0; i < head.e_phnum; ++i) {
    Elf64_Phdr segment;
    uint64_t at = head.e_phoff + i * sizeof segment;
    if (at > file_size || !read_at(in, at, &segment, sizeof segment)) {
      throw invalid(path, fmt::format("the file ends before its program headers, after {} bytes", file_size));
    }
    if (segment.p_type != PT_LOAD) continue;
    if (segment.p_offset > file_size || segment.p_filesz > file_size - segment.p_offset) {
      throw invalid(path, fmt::format("the file is cut short: got {} bytes, want at least {}", file_size,
                                      segment.p_offset + segment.p_filesz));
    }
  }
}

void check_library(const std::string& path) {
  uint64_t file_size = fs::file_size(path);
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(ErrorKind::kIo, "cannot read the plugin").file(path);
  Elf64_Ehdr head{};
  if (!read_at(in, 0, &head, sizeof head) || std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0) {
    throw invalid(path, "the file is no ELF shared library");
  }
  if (head.e_ident[EI_CLASS] != ELFCLASS64 || (kMachine != EM_NONE && head.e_machine != kMachine)) {
    throw invalid(path, fmt::format("the library is for another machine (ELF machine {}, want {})",
                                    head.e_machine, kMachine));
  }
  if (head.e_type != ET_DYN) throw invalid(path, "the ELF file is no shared library");
  check_segments(in, head, path, file_size);
}

}  // namespace

std::string find_plugin_file(const std::string& path) {
  std::error_code status;
  bool exists = !path.empty() && fs::exists(path, status);
  if (!exists && !path.empty() && path.find('/') == std::string::npos) return path;
  if (!exists) {
    throw Error(ErrorKind::kNotFound, path.empty() ? "no plugin named" : "no such plugin")
        .file(path)
        .hint("name one with --plugin PATH or FUSEBOX_PLUGIN");
  }
  std::string real = fs::canonical(path, status).string();
  if (status) throw Error(ErrorKind::kIo, "cannot read the plugin: " + status.message()).file(path);
  if (!fs::is_regular_file(real, status)) throw invalid(real, "it is not a file");
  check_library(real);
  return real;
}

}  // namespace fusebox::pjrt
