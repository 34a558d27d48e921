import Profile

/// Judges a run by the golden numbers of its firmware on its target.
public func compare(_ golden: Golden, _ run: RunProfile, tolerance: Tolerance = .exact) -> Verdict {
    let run = Golden(measuring: run)
    guard golden.target == run.target else {
        return Verdict(judged: [.init(.targetChanged(golden: golden.target, run: run.target), tolerance)])
    }
    let findings =
        identity(golden, run) + ending(golden, run) + cost(golden, run) + layers(golden, run)
        + memory(golden, run)
    return Verdict(judged: findings.map { .init($0, tolerance) })
}

private func identity(_ golden: Golden, _ run: Golden) -> [Finding] {
    var findings: [Finding] = []
    if (golden.modelName, golden.modelVersion) != (run.modelName, run.modelVersion) {
        findings.append(
            .modelChanged(
                golden: "\(golden.modelName) \(golden.modelVersion)", run: "\(run.modelName) \(run.modelVersion)"))
    }
    if golden.firmwareSHA256 != run.firmwareSHA256 { findings.append(.firmwareChanged) }
    return findings
}

private func ending(_ golden: Golden, _ run: Golden) -> [Finding] {
    var findings: [Finding] = []
    if golden.outcome != run.outcome {
        findings.append(.outcomeChanged(golden: golden.outcome, run: run.outcome))
    } else if golden.exitCode != run.exitCode {
        findings.append(.exitCodeChanged(golden: golden.exitCode, run: run.exitCode))
    }
    if golden.console != run.console {
        findings.append(.outputChanged(goldenBytes: golden.console?.bytes, runBytes: run.console?.bytes))
    }
    return findings
}

private func cost(_ golden: Golden, _ run: Golden) -> [Finding] {
    var findings = [pace(layer: nil, golden.cycles, run.cycles)].compactMap { $0 }
    if golden.instructions != run.instructions {
        findings.append(.instructionsChanged(golden: golden.instructions, run: run.instructions))
    }
    return findings
}

private func layers(_ golden: Golden, _ run: Golden) -> [Finding] {
    var findings: [Finding] = []
    let pairs = paired(golden.layers, run.layers, by: \.name)
    for pair in pairs {
        switch (pair.old, pair.new) {
        case (let old?, let new?):
            if let finding = pace(layer: pair.name, old.cycles, new.cycles) { findings.append(finding) }
            if old.macs != new.macs { findings.append(.macsChanged(layer: pair.name, golden: old.macs, run: new.macs)) }
        case (nil, let new?):
            findings.append(.newLayer(name: pair.name, cycles: new.cycles))
        case (let old?, nil):
            findings.append(.vanishedLayer(name: pair.name, cycles: old.cycles))
        case (nil, nil):
            break
        }
    }
    let allPaired = pairs.allSatisfy { $0.old != nil && $0.new != nil }
    if allPaired, golden.layers.map(\.name) != run.layers.map(\.name) { findings.append(.layersReordered) }
    return findings
}

private func memory(_ golden: Golden, _ run: Golden) -> [Finding] {
    var findings = [
        extent(.flash, golden.flashBytes, run.flashBytes), extent(.ram, golden.ramBytes, run.ramBytes),
    ]
    if let old = golden.stackPeakBytes, let new = run.stackPeakBytes {
        findings.append(extent(.stackPeak, old, new))
    } else if golden.stackPeakBytes != run.stackPeakBytes {
        findings.append(.stackPeakKnown(golden: golden.stackPeakBytes, run: run.stackPeakBytes))
    }
    return findings.compactMap { $0 }
}

private func pace(layer: String?, _ golden: Int, _ run: Int) -> Finding? {
    if run > golden { return .slower(layer: layer, golden: golden, run: run) }
    return run < golden ? .faster(layer: layer, golden: golden, run: run) : nil
}

private func extent(_ memory: Finding.Memory, _ golden: Int, _ run: Int) -> Finding? {
    if run > golden { return .memoryGrew(memory, golden: golden, run: run) }
    return run < golden ? .memoryShrank(memory, golden: golden, run: run) : nil
}
