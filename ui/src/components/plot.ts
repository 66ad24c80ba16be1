/** A line of a plot; where there is no value it has a gap. */
export interface PlotLine {
  name: string
  colour: string
  values: readonly (number | null)[]
}

/** The largest value of all lines, at least 1. */
export function plotTop(lines: readonly PlotLine[]): number {
  return lines.reduce(
    (top, line) => line.values.reduce<number>((most, each) => Math.max(most, each ?? 0), top),
    1,
  )
}

/** A line's path in a field of `width` × `height`, its first value at the left edge. */
export function plotPath(
  values: readonly (number | null)[],
  top: number,
  width: number,
  height: number,
): string {
  const step = width / Math.max(1, values.length - 1)
  const round = (value: number) => Math.round(value * 10) / 10
  let isOpen = false
  return values
    .map((value, index) => {
      if (value === null) {
        isOpen = false
        return ''
      }
      const [x, y] = [round(index * step), round(height - (value / top) * height)]
      const begins = !isOpen
      isOpen = true
      // A value between two gaps is a dot.
      const isAlone = begins && (values[index + 1] ?? null) === null
      return `${begins ? 'M' : 'L'}${x} ${y}${isAlone ? `h0.1` : ''}`
    })
    .join('')
}

/** The value that a pointer at `x` of `width` is nearest to. */
export function plotIndex(x: number, width: number, count: number): number {
  return Math.max(0, Math.min(count - 1, Math.round((x / Math.max(1, width)) * (count - 1))))
}
