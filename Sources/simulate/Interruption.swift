import Foundation
import Synchronization

/// Ctrl-C: the first one ends the run, with its report; a second one ends the program at once.
enum Interruption {
    private static let pressed = Atomic<Bool>(false)

    static var isRequested: Bool { pressed.load(ordering: .relaxed) }

    static func watch() {
        signal(SIGINT) { _ in
            if pressed.exchange(true, ordering: .relaxed) { _exit(130) }
        }
    }
}
