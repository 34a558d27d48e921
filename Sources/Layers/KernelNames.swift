/// The kernel functions of public libraries, by name pattern: one call of one of them is a layer of a network.
enum KernelNames {
    /// `*` stands for any text. Names are matched as the debugger shows them.
    static let patterns = [
        // CMSIS-NN, https://arm-software.github.io/CMSIS-NN
        "arm_convolve*", "arm_depthwise_*", "arm_fully_connected*", "arm_vector_sum_s8", "arm_avgpool*",
        "arm_avg_pool*", "arm_max_pool*", "arm_maxpool*", "arm_softmax*", "arm_elementwise_*", "arm_relu*",
        "arm_nn_activation*", "arm_lstm_*", "arm_svdf_*", "arm_transpose_conv*", "arm_concatenation*",
        "arm_batch_matmul*", "arm_pad_s8", "arm_reshape_s8", "arm_minimum_s8", "arm_maximum_s8", "arm_transpose_s8",
        // The kernels of TensorFlow Lite Micro, as the interpreter calls them.
        "tflite::*Eval*(TfLiteContext*, TfLiteNode*)",
        // NNoM: the local back end and the layers' run functions.
        "local_convolve_*", "local_depthwise_*", "local_fully_connected_*", "local_avepool_*", "local_maxpool_*",
        "local_softmax_*", "local_sumpool_*", "local_relu*", "local_add_*", "local_sub_*", "local_mult_*",
        // TinyEngine.
        "convolve_*", "depthwise_kernel*", "add_fpreq*", "avg_pooling*", "fully_connected*", "statble_softmax*",
        // The kmodel runtime of Kendryte's SDK: version 3 in kpu.c, version 4 in nncase's kernels.
        "kpu_quantize", "kpu_requantize", "kpu_kmodel_*", "kpu_quantized_*", "kpu_quant_resize*", "kpu_global_*",
        "kpu_average_pool2d", "kpu_l2_normalization", "kpu_softmax", "kpu_concat", "kpu_tf_flatten", "kpu_resize_*",
        "kpu_logistic", "kpu_add_padding", "kpu_remove_padding", "kpu_upload", "kpu_input_with_padding",
        "kpu_input_float", "kpu_dequantize", "kpu_fully_connected", "kpu_add", "kpu_matmul_end",
        "nncase::kernels::*", "nncase::runtime::cpu::*", "nncase::runtime::neutral::*",
        "nncase::runtime::k210::kpu_upload*",
        // The firmware of this project.
        "int8_*",
    ]

    /// Functions that match a pattern and are no layers: they size buffers, or prepare.
    static let exceptions = [
        "*_get_buffer_size*", "*_buffer_size*", "*Prepare*", "*Init*", "kpu_kmodel_done", "nncase::kernels::details::*",
    ]

    /// Functions that compilers put kernels of the kind above into, so that these have no symbols.
    static let hosts = [
        "ai_step*", "kpu_run_kmodel", "nncase_context::run_kmodel(*", "nncase::runtime::k210::kpu_conv2d(*",
    ]

    /// The function of nncase's runtime that calls a kernel, with the layer in the model as its second argument.
    static let dispatchers = ["nncase::runtime::call_kernel(*"]

    static func isHost(_ name: String) -> Bool { hosts.contains { matches(name, $0) } }
    static func isDispatcher(_ name: String) -> Bool { dispatchers.contains { matches(name, $0) } }

    static func isKernel(_ name: String) -> Bool {
        patterns.contains { matches(name, $0) } && !exceptions.contains { matches(name, $0) }
    }

    /// The name to show: without parameters and namespaces, and without what the SDK begins its names with.
    static func short(_ name: String) -> String {
        let plain = withoutNamespace(name)
        for prefix in ["kpu_kmodel_", "kpu_"] where plain.hasPrefix(prefix) && plain.count > prefix.count {
            return String(plain.dropFirst(prefix.count))
        }
        return plain
    }

    private static func withoutNamespace(_ name: String) -> String {
        let withoutParameters = name.hasSuffix(")") ? String(name.prefix { $0 != "(" || name.hasPrefix("(") }) : name
        guard name.contains("::") else { return withoutParameters }
        var depth = 0
        var start = name.startIndex
        var end = name.endIndex
        var index = name.startIndex
        while index < name.endIndex {
            switch name[index] {
            case "<": depth += 1
            case ">": depth -= 1
            case "(" where depth == 0 && !name[index...].hasPrefix("(anonymous namespace)"):
                end = index
                index = name.index(before: name.endIndex)
            case ":" where depth == 0: start = name.index(after: index)
            default: break
            }
            index = name.index(after: index)
        }
        return start < end ? String(name[start..<end]) : name
    }

    /// Whether `name` has the form of `pattern`.
    static func matches(_ name: String, _ pattern: String) -> Bool {
        let star = UInt8(ascii: "*")
        // Most names differ from most patterns in the first letter.
        if let first = pattern.utf8.first, first != star, first != name.utf8.first { return false }
        let text = Array(name.utf8)
        let form = Array(pattern.utf8)
        var (i, j) = (0, 0)
        var restart: (Int, Int)?
        while i < text.count {
            if j < form.count, form[j] == star {
                restart = (i, j)
                j += 1
            } else if j < form.count, form[j] == text[i] {
                i += 1
                j += 1
            } else if let (from, at) = restart {
                restart = (from + 1, at)
                i = from + 1
                j = at + 1
            } else {
                return false
            }
        }
        return form[j...].allSatisfy { $0 == star }
    }
}
