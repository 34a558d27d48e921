import Firmware

/// At which addresses of a firmware something happens to a layer.
///
/// Markers go first. Without any, the profiler hooks of the runtime and the kernels known by name are watched both:
/// a kernel inside an event of the runtime is part of it, and a runtime whose profiler is off leaves the kernels.
public struct LayerPlan: Sendable {
    public enum Hook: Sendable, Equatable {
        /// A marker: the registers hold the name and the number of multiply-accumulates.
        case markerBegin(nameRegister: Int, macsRegister: Int)
        case markerEnd
        /// `BeginEvent(const char *tag)` of a TFLM profiler: the tag is the second argument, `this` the first.
        case eventBegin
        /// `EndEvent(uint32_t handle)`.
        case eventEnd
        /// The entry of a kernel function.
        case kernel(name: String, shape: KernelShape)
        /// The first instruction of a kernel that has no entry, because it was inlined.
        ///
        /// - Parameter identityRegister: the register that holds what tells this layer from others of the kind.
        case inlinedKernel(name: String, identityRegister: Int?)
        /// An instruction beside the inlined kernels of a function: none of them is under way there.
        case besideInlinedKernels
        /// The entry of a function that is about to call a kernel, with what tells the layer from others as its second
        /// argument.
        case dispatcher
    }

    public let hooks: [UInt32: Hook]

    public init(_ image: FirmwareImage, functions: FunctionTable) {
        var hooks: [UInt32: Hook] = [:]
        for marker in LayerMarkers(image).markers {
            let address = UInt32(truncatingIfNeeded: marker.address)
            hooks[address] =
                switch marker.kind {
                case .begin(let name, let macs): .markerBegin(nameRegister: name, macsRegister: macs)
                case .end: .markerEnd
                }
        }
        if hooks.isEmpty {
            for function in functions.functions {
                let address = UInt32(truncatingIfNeeded: function.low)
                if function.rawName.hasSuffix("Profiler10BeginEventEPKc") {
                    hooks[address] = .eventBegin
                } else if function.rawName.hasSuffix("Profiler8EndEventEj")
                    || function.rawName.hasSuffix("Profiler8EndEventEm")
                {
                    hooks[address] = .eventEnd
                } else if KernelNames.isDispatcher(function.name) {
                    hooks[address] = .dispatcher
                } else if KernelNames.isKernel(function.name) {
                    hooks[address] = .kernel(
                        name: KernelNames.short(function.name), shape: KernelShape(of: function.name))
                }
            }
            LayerPlan.addInlinedKernels(to: &hooks, image, functions)
        }
        self.hooks = hooks
    }

    /// Two instructions: more than that between those of a kernel are not moved there by scheduling.
    private static let gap: UInt64 = 8

    private static func addInlinedKernels(
        to hooks: inout [UInt32: Hook], _ image: FirmwareImage, _ functions: FunctionTable
    ) {
        let hosts = functions.functions.filter { KernelNames.isHost($0.name) && $0.low < $0.high }
        guard !hosts.isEmpty else { return }
        let lines = SourceLines(image)
        for host in hosts {
            let range = host.low..<host.high
            // What is inlined into a kernel belongs to it.
            guard !KernelNames.isKernel(host.name) else { continue }
            let kernels = lines.inlinedFunctions(in: range).filter { KernelNames.isKernel($0.name) }
                .map { $0.closingGaps(upTo: LayerPlan.gap) }
                .reduce(into: [InlinedFunction]()) { kept, kernel in
                    if !kept.contains(where: { $0.encloses(kernel) }) { kept.append(kernel) }
                }
            guard !kernels.isEmpty else { continue }
            for address in lines.lineStarts(in: range) {
                guard !kernels.contains(where: { $0.contains(address) }) else { continue }
                let address = UInt32(truncatingIfNeeded: address)
                if hooks[address] == nil { hooks[address] = .besideInlinedKernels }
            }
            for kernel in kernels {
                let address = UInt32(truncatingIfNeeded: kernel.entry)
                if case .inlinedKernel = hooks[address] { continue }
                hooks[address] = .inlinedKernel(
                    name: KernelNames.short(kernel.name),
                    // The SDK's kernels take the layer in the model by that name.
                    identityRegister: kernel.argumentRegisters["arg"])
            }
        }
    }
}

/// Where a kernel's arguments tell its shapes, so that its multiply-accumulates can be counted.
public enum KernelShape: Sendable, Equatable {
    case unknown
    /// CMSIS-NN's s8 convolutions: (context, parameters, quantization, input dims, input, filter dims, filter, bias
    /// dims, bias, [more,] output dims, output).
    case cmsisConvolution(isDepthwise: Bool, outputDimsArgument: Int)
    /// CMSIS-NN's s8 fully connected layer, same arguments.
    case cmsisFullyConnected

    init(of name: String) {
        switch name {
        case "arm_convolve_wrapper_s8", "arm_convolve_wrapper_s4", "arm_convolve_1x1_s8", "arm_convolve_1x1_s8_fast",
            "arm_convolve_1_x_n_s8":
            self = .cmsisConvolution(isDepthwise: false, outputDimsArgument: 9)
        case "arm_depthwise_conv_wrapper_s8", "arm_depthwise_conv_s8", "arm_depthwise_conv_s8_opt",
            "arm_depthwise_conv_3x3_s8":
            self = .cmsisConvolution(isDepthwise: true, outputDimsArgument: 9)
        case "arm_fully_connected_s8", "arm_fully_connected_wrapper_s8":
            self = .cmsisFullyConnected
        default:
            self = .unknown
        }
    }

    /// The multiply-accumulates of a call, from its arguments; `nil` where they do not make sense.
    ///
    /// - Parameters:
    ///   - argument: the n-th argument, from 0.
    ///   - word: a word of memory.
    public func macs(argument: (Int) -> UInt32?, word: (UInt32) -> UInt32?) -> Int? {
        /// The fields of a `cmsis_nn_dims` (n, h, w, c) that count; `nil` if one is beyond reason.
        func dims(_ index: Int, _ fields: [Int]) -> Int? {
            guard let address = argument(index) else { return nil }
            var product = 1
            for field in fields {
                guard let value = word(address &+ UInt32(4 * field)), value > 0, value <= 1 << 16 else { return nil }
                product = product.multipliedReportingOverflow(by: Int(value)).partialValue
            }
            return product
        }
        switch self {
        case .unknown:
            return nil
        case .cmsisConvolution(let isDepthwise, let outputDimsArgument):
            guard let filter = dims(5, [1, 2]), let channels = isDepthwise ? 1 : dims(3, [3]),
                let output = dims(outputDimsArgument, [1, 2, 3])
            else { return nil }
            return output &* filter &* channels
        case .cmsisFullyConnected:
            guard let depth = dims(5, [0]), let output = dims(9, [3]) else { return nil }
            return depth &* output
        }
    }
}
