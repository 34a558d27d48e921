import CDemangle

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// C++ names as a person wrote them: the Itanium C++ ABI's mangling, undone by the C++ library.
enum Demangler {
    /// The name, or `mangled` itself where it is no C++ name or one that is not worth its cost.
    static func demangled(_ mangled: String) -> String {
        guard mangled.hasPrefix("_Z"), mangled.utf8.count <= 2000, references(in: mangled) <= 40 else {
            return mangled
        }
        var status: Int32 = 0
        guard let text = __cxa_demangle(mangled, nil, nil, &status) else { return mangled }
        defer { free(text) }
        return status == 0 ? cleaned(text) : mangled
    }

    /// How often the name refers back to a part of itself (`S_`, `T_`). Each such reference may double what the C++
    /// library prints, so a hostile name of a hundred characters could otherwise fill the memory.
    private static func references(in mangled: String) -> Int {
        zip(mangled.utf8, mangled.utf8.dropFirst()).count { first, second in
            (first == 0x53 || first == 0x54)
                && (second == 0x5F || (0x30...0x39).contains(second)
                    || (0x41...0x5A).contains(second))
        }
    }
}
