#include "tests/cpu/compiler/guest.h"

#include <elf.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "tests/base/temporary_folder.h"

namespace fusebox::cpu::test {
namespace {

constexpr uint64_t kBase = 0x10000000, kPage = 4096;
constexpr uint32_t kWork = 10;  // a register for `main` itself

uint32_t field(int64_t value, int bits, int at) {
  return (static_cast<uint32_t>(value) & ((uint32_t{1} << bits) - 1)) << at;
}

}  // namespace

bool Guest::can_run() {
  static const bool found = std::system("command -v qemu-aarch64 > /dev/null") == 0;
  return found;
}

Guest::Guest() : bytes_(kPage) {}  // the ELF headers' page

uint64_t Guest::add(std::span<const std::byte> bytes) {
  bytes_.resize((bytes_.size() + kPage - 1) / kPage * kPage);
  const uint64_t address = kBase + bytes_.size();
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return address;
}

void Guest::set_register(uint32_t index, uint64_t value) {
  for (uint32_t part = 0; part < 4; ++part)  // movz, then movk
    main_.push_back((part == 0 ? 0xd2800000 : 0xf2800000) | part << 21 |
                    static_cast<uint32_t>(value >> (16 * part) & 0xffff) << 5 | index);
}

void Guest::call(uint64_t function, std::initializer_list<uint64_t> arguments) {
  uint32_t index = 0;
  for (const uint64_t argument : arguments) set_register(index++, argument);
  set_register(kWork, function);
  main_.push_back(0xd63f0000 | kWork << 5);  // blr
}

void Guest::system_call(uint64_t number, std::initializer_list<uint64_t> arguments) {
  uint32_t index = 0;
  for (const uint64_t argument : arguments) set_register(index++, argument);
  set_register(8, number);
  main_.push_back(0xd4000001);  // svc #0
}

void Guest::jump(size_t to) { patch(jump_later(), to); }

size_t Guest::jump_if_zero(uint64_t address) {
  set_register(kWork, address);
  main_.push_back(0x39400000 | kWork << 5 | kWork);  // ldrb
  main_.push_back(0x34000000 | kWork);               // cbz
  return main_.size() - 1;
}

size_t Guest::jump_if_equal(uint64_t address, uint32_t number) {
  set_register(kWork, address);
  main_.push_back(0xb9400000 | kWork << 5 | kWork);                  // ldr
  main_.push_back(0x7100001f | field(number, 12, 10) | kWork << 5);  // cmp
  main_.push_back(0x54000000);                                       // b.eq
  return main_.size() - 1;
}

size_t Guest::jump_later() {
  main_.push_back(0x14000000);  // b
  return main_.size() - 1;
}

void Guest::patch(size_t jump, size_t to) {
  const int64_t distance = static_cast<int64_t>(to) - static_cast<int64_t>(jump);
  const bool always = main_[jump] >> 26 == 0x14000000 >> 26;
  main_[jump] |= always ? field(distance, 26, 0) : field(distance, 19, 5);
}

std::vector<std::byte> Guest::executable() {
  const uint64_t entry = add(std::as_bytes(std::span(main_)));
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_EXEC;
  header.e_machine = EM_AARCH64;
  header.e_version = EV_CURRENT;
  header.e_entry = entry;
  header.e_phoff = sizeof(header);
  header.e_ehsize = sizeof(header);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 1;
  const Elf64_Phdr whole{.p_type = PT_LOAD,
                         .p_flags = PF_R | PF_W | PF_X,
                         .p_offset = 0,
                         .p_vaddr = kBase,
                         .p_paddr = kBase,
                         .p_filesz = bytes_.size(),
                         .p_memsz = bytes_.size(),
                         .p_align = kPage};
  std::memcpy(bytes_.data(), &header, sizeof(header));
  std::memcpy(bytes_.data() + sizeof(header), &whole, sizeof(whole));
  return bytes_;
}

std::vector<std::byte> Guest::run(uint64_t address, size_t bytes) {
  system_call(64, {1, address, bytes});  // write
  system_call(93, {0});                  // exit
  const std::vector<std::byte> program = executable();
  const TemporaryFolder folder;
  const std::string path =
      folder.write("guest", {reinterpret_cast<const char*>(program.data()), program.size()});
  std::filesystem::permissions(path, std::filesystem::perms::owner_exec, std::filesystem::perm_options::add);
  const std::string output = folder / "output",
                    command = "qemu-aarch64 -cpu max '" + path + "' > '" + output + "'";
  const int status = std::system(command.c_str());
  std::ifstream file(output, std::ios::binary);
  const std::vector<char> read((std::istreambuf_iterator<char>(file)), {});
  if (status != 0) throw std::runtime_error("qemu-aarch64 ended with status " + std::to_string(status));
  if (read.size() != bytes) throw std::runtime_error("qemu-aarch64 wrote too little");
  const auto* first = reinterpret_cast<const std::byte*>(read.data());
  return {first, first + bytes};
}

}  // namespace fusebox::cpu::test
