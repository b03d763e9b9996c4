#include "cpu/compiler/codegen/link.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>

#include "cpu/compiler/codegen/relocation.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

constexpr uint64_t kMaxAlignment = 64;

// One object file and where its sections went.
struct Object {
  ObjectBytes bytes;
  std::span<const Elf64_Shdr> sections{};
  std::vector<uint64_t> placed{};  // offset in the image; kNowhere if left out
  std::span<const Elf64_Sym> symbols{};
  const char* names = nullptr;  // of symbols
  const char* section_names = nullptr;
  uint16_t machine = 0;

  static constexpr uint64_t kNowhere = ~uint64_t{0};

  std::string_view name(const Elf64_Sym& symbol) const { return names + symbol.st_name; }
  std::string_view name(const Elf64_Shdr& section) const { return section_names + section.sh_name; }
};

template <typename T>
std::span<const T> table(ObjectBytes bytes, uint64_t offset, uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) throw InternalError("object file: cut off");
  return {reinterpret_cast<const T*>(bytes.data() + offset), size / sizeof(T)};
}

Object read_object(ObjectBytes bytes) {
  Object object{.bytes = bytes};
  const Elf64_Ehdr& header = table<Elf64_Ehdr>(bytes, 0, sizeof(Elf64_Ehdr))[0];
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_type != ET_REL)
    throw InternalError("object file: not a relocatable ELF file");
  object.machine = header.e_machine;
  object.sections = table<Elf64_Shdr>(bytes, header.e_shoff, uint64_t{header.e_shnum} * sizeof(Elf64_Shdr));
  object.placed.assign(object.sections.size(), Object::kNowhere);
  object.section_names = bytes.data() + object.sections[header.e_shstrndx].sh_offset;
  for (const Elf64_Shdr& section : object.sections) {
    if (section.sh_type != SHT_SYMTAB) continue;
    object.symbols = table<Elf64_Sym>(bytes, section.sh_offset, section.sh_size);
    object.names = bytes.data() + object.sections[section.sh_link].sh_offset;
  }
  return object;
}

// Unwind tables and notes are dropped: nothing throws through generated code.
bool kept(const Object& object, const Elf64_Shdr& section) {
  return (section.sh_flags & SHF_ALLOC) != 0 && section.sh_size > 0 && section.sh_type != SHT_NOTE &&
         section.sh_type != SHT_X86_64_UNWIND && object.name(section) != ".eh_frame";
}

class Linker {
 public:
  explicit Linker(std::span<const ObjectBytes> files) {
    for (ObjectBytes bytes : files) objects_.push_back(read_object(bytes));
  }

  LinkedImage run() {
    // Clang's sanitizers look for a function's type in front of it: something has to be there.
    image_.bytes.resize(kMaxAlignment);
    place(true);
    place(false);
    collect_symbols();
    for (const Object& object : objects_) {
      for (const Elf64_Shdr& section : object.sections)
        if (section.sh_type == SHT_RELA && object.placed[section.sh_info] != Object::kNowhere)
          relocate(object, section);
    }
    std::sort(image_.functions.begin(), image_.functions.end(),
              [](const auto& a, const auto& b) { return a.offset < b.offset; });
    return std::move(image_);
  }

 private:
  void place(bool code) {
    image_.bytes.resize((image_.bytes.size() + kMaxAlignment - 1) / kMaxAlignment * kMaxAlignment);
    for (Object& object : objects_) {
      for (size_t i = 0; i < object.sections.size(); ++i) {
        const Elf64_Shdr& section = object.sections[i];
        if (kept(object, section) && ((section.sh_flags & SHF_EXECINSTR) != 0) == code)
          object.placed[i] = append(object, section);
      }
    }
  }

  uint64_t append(const Object& object, const Elf64_Shdr& section) {
    if ((section.sh_flags & SHF_WRITE) != 0 || section.sh_type == SHT_NOBITS)
      throw InternalError(fmt::format("generated code wants memory to write to: {}", object.name(section)));
    if (section.sh_addralign > kMaxAlignment)
      throw InternalError(
          fmt::format("section {} wants alignment {}", object.name(section), section.sh_addralign));
    const uint64_t alignment = std::max<uint64_t>(section.sh_addralign, 1);
    const uint64_t offset = (image_.bytes.size() + alignment - 1) / alignment * alignment;
    const auto content = table<std::byte>(object.bytes, section.sh_offset, section.sh_size);
    image_.bytes.resize(offset);
    image_.bytes.insert(image_.bytes.end(), content.begin(), content.end());
    return offset;
  }

  void collect_symbols() {
    for (const Object& object : objects_) {
      for (const Elf64_Sym& symbol : object.symbols) {
        if (ELF64_ST_BIND(symbol.st_info) == STB_LOCAL || symbol.st_shndx == SHN_UNDEF) continue;
        const uint64_t offset = address_in(object, symbol);
        if (!globals_.emplace(object.name(symbol), offset).second)
          throw InternalError(fmt::format("symbol {} is defined twice", object.name(symbol)));
        if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && ELF64_ST_VISIBILITY(symbol.st_other) == STV_DEFAULT)
          image_.functions.push_back({std::string(object.name(symbol)), offset, symbol.st_size});
      }
    }
  }

  static uint64_t address_in(const Object& object, const Elf64_Sym& symbol) {
    if (symbol.st_shndx >= object.placed.size() || object.placed[symbol.st_shndx] == Object::kNowhere)
      throw InternalError(fmt::format("symbol {} lies outside the image", object.name(symbol)));
    return object.placed[symbol.st_shndx] + symbol.st_value;
  }

  uint64_t address_of(const Object& object, const Elf64_Sym& symbol) const {
    if (symbol.st_shndx != SHN_UNDEF) return address_in(object, symbol);
    const auto found = globals_.find(object.name(symbol));
    if (found == globals_.end())
      throw InternalError(
          fmt::format("generated code needs {}, which is not in the image", object.name(symbol)));
    return found->second;
  }

  void relocate(const Object& object, const Elf64_Shdr& section) {
    const uint64_t base = object.placed[section.sh_info];
    for (const Elf64_Rela& entry : table<Elf64_Rela>(object.bytes, section.sh_offset, section.sh_size)) {
      const Elf64_Sym& symbol = object.symbols[ELF64_R_SYM(entry.r_info)];
      const uint64_t place = base + entry.r_offset;
      const uint64_t target = address_of(object, symbol);
      const auto type = static_cast<uint32_t>(ELF64_R_TYPE(entry.r_info));
      if (object.machine == EM_X86_64)
        relocate_x86_64(image_.bytes, type, place, target, entry.r_addend);
      else if (object.machine == EM_AARCH64)
        relocate_aarch64(image_.bytes, type, place, target, entry.r_addend);
      else
        throw InternalError(fmt::format("object file for machine {}", object.machine));
    }
  }

  std::vector<Object> objects_;
  std::map<std::string_view, uint64_t> globals_;
  LinkedImage image_;
};

}  // namespace

std::vector<std::string> undefined_symbols(std::span<const ObjectBytes> files) {
  std::vector<std::string> missing, defined;
  for (ObjectBytes bytes : files) {
    const Object object = read_object(bytes);
    for (const Elf64_Sym& symbol : object.symbols) {
      if (symbol.st_name == 0) continue;
      auto& names = symbol.st_shndx == SHN_UNDEF ? missing : defined;
      if (std::find(names.begin(), names.end(), object.name(symbol)) == names.end())
        names.emplace_back(object.name(symbol));
    }
  }
  std::erase_if(missing, [&](const std::string& name) {
    return std::find(defined.begin(), defined.end(), name) != defined.end();
  });
  return missing;
}

LinkedImage link_objects(std::span<const ObjectBytes> objects) { return Linker(objects).run(); }

}  // namespace fusebox::cpu
