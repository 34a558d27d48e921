/// How a feature map lies in the lines of the AI memory: a line of 64 bytes holds a row, or 64 pixels of one, of one,
/// two or four channels; a group of so many channels follows the other.
public struct LineLayout: Equatable, Sendable {
    /// Lines from one group of channels to the next.
    public var linesPerGroup: Int
    /// Lines from one row to the next.
    public var linesPerRow: Int
    /// Channels side by side in a line: 1, 2 or 4.
    public var channelsPerLine: Int

    public init(linesPerGroup: Int, linesPerRow: Int, channelsPerLine: Int) {
        self.linesPerGroup = linesPerGroup
        self.linesPerRow = linesPerRow
        self.channelsPerLine = channelsPerLine
    }

    /// The layout that compilers choose: four channels to a line up to a width of 16, two up to 32, else one.
    public init(width: Int, height: Int) {
        channelsPerLine = width <= 16 ? 4 : width <= 32 ? 2 : 1
        linesPerRow = (width + Layer.lineSize - 1) / Layer.lineSize
        linesPerGroup = linesPerRow * height
    }

    /// Where a row begins, in bytes from the first line of the map.
    func offset(channel: Int, row: Int) -> Int {
        let group = channel / channelsPerLine
        let place = channel % channelsPerLine * (Layer.lineSize / channelsPerLine)
        return (group * linesPerGroup + row * linesPerRow) * Layer.lineSize + place
    }

    /// Bytes from the first line of the map to the end of its last line.
    public func extent(height: Int, channels: Int) -> Int {
        let together = max(1, channelsPerLine)
        let groups = (channels + together - 1) / together
        return ((groups - 1) * linesPerGroup + height * linesPerRow) * Layer.lineSize
    }

    /// Writes a dense map (channel, row, column) into lines. What lies between rows shorter than their place stays.
    ///
    /// - Parameter memory: the first line; the map's extent must lie behind it.
    func store(
        _ dense: UnsafeRawPointer, width: Int, height: Int, channels: Int, to memory: UnsafeMutableRawPointer
    ) {
        var source = dense
        for channel in 0..<channels {
            for row in 0..<height {
                (memory + offset(channel: channel, row: row)).copyMemory(from: source, byteCount: width)
                source += width
            }
        }
    }
}
