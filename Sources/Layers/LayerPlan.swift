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
                } else if function.rawName.hasSuffix("Profiler8EndEventEj")
                    || function.rawName.hasSuffix("Profiler8EndEventEm")
                {
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
