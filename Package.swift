// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    // Every register access of a guest goes through classes; the checks cost a third of its time. The program has one
    // thread, so that nobody else counts references, and counting them atomically costs another sixth of a short run.
    // Debug builds, which the tests use with many threads, keep both.
    .unsafeFlags(
        ["-enforce-exclusivity=unchecked", "-Xfrontend", "-assume-single-threaded"], .when(configuration: .release)),
]

/// One module of the simulator. What it may import is what it names here; the build refuses the rest.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], _ more: [SwiftSetting] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict + more)
}

/// One without which the tests take minutes: the optimiser works on it in debug builds, too.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "simulate",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    ],
    targets: [
        module("Bits", [], optimised),
        // What the tests of several modules share.
        .target(
            name: "TestSupport", dependencies: ["Bits", "Engine", "Machine", "Profile", "Semihosting"],
            path: "Tests/TestSupport", swiftSettings: strict + optimised),
        module("FloatingPoint", [], optimised),
        tests("FloatingPointTests", ["FloatingPoint", "CUnicorn", "TestSupport"]),
        module("Machine", ["Bits", .product(name: "HeapModule", package: "swift-collections")], optimised),
        module("Devices", ["Bits", "Machine"], optimised),
        tests("DevicesTests", ["Devices", "Machine", "Targets", "TestSupport"]),
        module("KPU", ["Bits", "Machine"], optimised),
        tests("KPUTests", ["KPU", "Machine", "Targets"], exclude: ["reference"], resources: [.copy("Golden")]),
        module("Profile", [], optimised),
        module("Engine", ["Machine", "Profile"], optimised),
        module("Semihosting"),
        module(
            "CortexM",
            ["Bits", "BlockForms", "FloatingPoint", "Machine", "Engine", "Profile", "Semihosting", "Translator"],
            optimised),
        tests(
            "CortexMTests",
            [
                "CortexM", "FloatingPoint", "Machine", "Engine", "Profile", "Bits", "Semihosting", "Targets",
                "CUnicorn", "TestSupport",
            ]),
        module("Translator", [], optimised),
        module("BlockForms", ["Engine", "Translator"], optimised),
        tests("TranslatorTests", ["Translator", "TestSupport"]),
        module(
            "RV64",
            ["Bits", "BlockForms", "Machine", "Engine", "FloatingPoint", "Profile", "Semihosting", "Translator"],
            optimised),
        tests("RV64Tests", ["RV64", "Machine", "Engine", "Profile", "Bits", "Semihosting", "CUnicorn", "TestSupport"]),
        tests(
            "RV64DifferentialTests",
            ["RV64", "Devices", "Machine", "Engine", "Profile", "Bits", "CUnicorn", "TestSupport"]),
        tests(
            "RV64Programs", ["RV64", "Engine", "Firmware", "Machine", "Semihosting", "TestSupport"],
            resources: [.copy("Programs")]),
        tests(
            "DifferentialTests",
            ["CortexM", "Devices", "Machine", "Engine", "Profile", "Bits", "CUnicorn", "TestSupport"]),
        .systemLibrary(name: "CUnicorn", pkgConfig: "unicorn", providers: [.apt(["libunicorn-dev"])]),
        tests("ProfileTests", ["Profile"]),
        module("Report", ["Profile"]),
        tests("ReportTests", ["Report", "Profile", "TestSupport"]),
        module("Baseline", ["Profile"]),
        tests("BaselineTests", ["Baseline", "Profile"]),
        .systemLibrary(name: "CLibELF", pkgConfig: "libelf", providers: [.apt(["libelf-dev"])]),
        .systemLibrary(name: "CLibDW", pkgConfig: "libdw", providers: [.apt(["libdw-dev"])]),
        .systemLibrary(name: "CDemangle"),
        module("Firmware", ["Bits", "CLibELF", "CLibDW", "CDemangle"]),
        tests("FirmwareTests", ["Firmware", "TestSupport"], resources: [.copy("Resources")]),
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        module(
            "Targets",
            [
                "Bits", "CLibYAML", "CortexM", "Devices", "Engine", "KPU", "Machine", "Profile", "RV64", "Semihosting",
            ]),
        tests(
            "TargetsTests",
            ["Targets", "CortexM", "Devices", "Engine", "Firmware", "Machine", "Profile", "RV64", "TestSupport"]),
        .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CLibArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        module("FlashImage", ["CLibArchive"]),
        tests("FlashImageTests", ["FlashImage"]),
        module("KModel", ["KPU"]),
        tests("KModelTests", ["KModel"]),
        module("Trace"),
        tests("TraceTests", ["Trace"]),
        tests("ConformanceTests", ["Trace", "CortexM", "Engine", "Firmware", "Machine"]),
        tests(
            "WholePrograms", ["CortexM", "Firmware", "Machine", "Semihosting", "TestSupport"],
            resources: [.copy("Programs")]),
        module("Layers", ["Firmware"]),
        module("Recording", ["Engine", "Firmware", "Layers", "Machine", "Profile"]),
        .executableTarget(
            name: "simulate",
            dependencies: [
                "Baseline", "CLibPNG", "Devices", "Engine", "Firmware", "FlashImage", "KModel", "Machine", "Recording",
                "Profile", "Report", "Semihosting", "Targets", "Trace",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict,
            // Shared libraries take longer to load than a small firmware to run: all of them are in the program, at
            // addresses that need not be adjusted.
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-static-executable", "-use-ld=lld", "-lFoundationEssentials", "-l_FoundationCShims",
                        "-l_FoundationCollections",
                    ], .when(configuration: .release))
            ]),
        tests("CommandTests", ["Profile", "Report", "TestSupport", "simulate"], resources: [.copy("Resources")]),
    ]
)
