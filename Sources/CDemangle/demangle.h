#include <stddef.h>

/* From <cxxabi.h>, which only C++ can include. Itanium C++ ABI, section 3.4. */
char *__cxa_demangle(const char *mangled_name, char *output_buffer, size_t *length, int *status);
