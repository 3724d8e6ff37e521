#include "cmd/pedalion/startup_memory.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace pedalion::program {
namespace {

/// Of one loaded file. Segments that may be written hold what is nowhere else: they stay.
int let_go_of(dl_phdr_info* file, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < file->dlpi_phnum; ++i) {
    const auto& segment = file->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    std::uintptr_t begin = (file->dlpi_addr + segment.p_vaddr + page - 1) & ~(page - 1);
    std::uintptr_t end = (file->dlpi_addr + segment.p_vaddr + segment.p_memsz) & ~(page - 1);
    // Advice: where it is not taken, all stays as it is.
    if (begin < end) (void)madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void let_go_of_startup_pages() { dl_iterate_phdr(let_go_of, nullptr); }

}  // namespace pedalion::program
