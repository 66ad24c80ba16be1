/** One line of a menu. */
export interface MenuItem {
  id: string
  label: string
  icon: string
  /** The shortcut that does the same, as it is drawn. */
  keys?: string
  danger?: boolean
}

interface Size {
  width: number
  height: number
}

const EDGE = 8

/** Where a menu of a size opens at a point, so that it stays in the window. */
export function menuPlace(point: { x: number; y: number }, menu: Size, window: Size) {
  const fit = (at: number, size: number, room: number) => Math.max(EDGE, Math.min(at, room - size - EDGE))
  return {
    left: `${fit(point.x, menu.width, window.width)}px`,
    top: `${fit(point.y, menu.height, window.height)}px`,
  }
}

/** Where a key leads from a line; null for a key that does not lead anywhere. */
export function menuStep(items: readonly MenuItem[], at: number, key: string): number | null {
  const count = items.length
  if (key === 'ArrowDown') return (at + 1) % count
  if (key === 'ArrowUp') return (at + count - 1) % count
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  if (key.length !== 1 || key === ' ') return null
  const begins = (index: number) => items[index % count]!.label.toLowerCase().startsWith(key.toLowerCase())
  const found = items.findIndex((_, index) => begins(at + 1 + index))
  return found < 0 ? null : (at + 1 + found) % count
}
