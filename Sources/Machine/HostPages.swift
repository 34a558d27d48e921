#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Pages of host memory, full of zeros, which the host provides as they are touched.
///
/// They lie near the program's small objects if the host has room there: generated code then reaches both from one
/// register.
public enum HostPages {
    /// - Returns: `nil` if the host has no such memory.
    public static func map(_ size: Int) -> UnsafeMutableRawPointer? {
        if let object = malloc(1) {
            defer { free(object) }
            for step in 1...attempts {
                let wish = (Int(bitPattern: object) + step * distance) & ~(distance - 1)
                guard let pages = map(size, at: UnsafeMutableRawPointer(bitPattern: wish)) else { break }
                if Int(bitPattern: pages) == wish { return pages }
                munmap(pages, size)
            }
        }
        return map(size, at: nil)
    }

    public static func unmap(_ pages: UnsafeMutableRawPointer, _ size: Int) { munmap(pages, size) }

    /// Between two places that are tried; the program's other objects have as much room to grow.
    private static let distance = 1 << 26
    private static let attempts = 12

    private static func map(_ size: Int, at wish: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let pages = mmap(wish, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0),
            pages != MAP_FAILED
        else { return nil }
        return pages
    }
}
