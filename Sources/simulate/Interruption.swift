import Glibc
import Synchronization

private let interruptionRequested = Atomic<Bool>(false)

/// Ctrl-C: the first one ends the run, with its report; a second one ends the program at once.
enum Interruption {
    static var isRequested: Bool { interruptionRequested.load(ordering: .relaxed) }

    static func watch() {
        signal(SIGINT) { _ in
            if interruptionRequested.exchange(true, ordering: .relaxed) { _exit(130) }
        }
        // Whoever started the program may have it blocked.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
