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
                } else if function.rawName.hasSuffix("Profiler8EndEventEj") || function.rawName.hasSuffix("Profiler8EndEventEm") {
                    hooks[address] = .eventEnd
                } else if KernelNames.isKernel(function.name) {
                    hooks[address] = .kernel(
                        name: KernelNames.short(function.name), shape: KernelShape(of: function.name))
                }
            }
        }
        self.hooks = hooks
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
        /// A `cmsis_nn_dims`: n, h, w, c.
        func dims(_ index: Int) -> [Int]? {
            guard let address = argument(index) else { return nil }
            var values: [Int] = []
            for field in 0..<4 {
                guard let value = word(address &+ UInt32(4 * field)), value > 0, value <= 1 << 20 else { return nil }
                values.append(Int(value))
            }
            return values
        }
        switch self {
        case .unknown:
            return nil
        case .cmsisConvolution(let isDepthwise, let outputDimsArgument):
            guard let input = dims(3), let filter = dims(5), let output = dims(outputDimsArgument) else { return nil }
            let perOutput = filter[1] * filter[2] * (isDepthwise ? 1 : input[3])
            return input[0] * output[1] * output[2] * output[3] * perOutput
        case .cmsisFullyConnected:
            guard let input = dims(3), let filter = dims(5), let output = dims(9) else { return nil }
            return input[0] * filter[0] * output[3]
        }
    }
}
