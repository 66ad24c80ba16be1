/** Suggestions that fit what is typed: those that begin with it first, then those that contain it. */
export function fitting(all: readonly string[], typed: string, most: number): string[] {
  const text = typed.trim().toLowerCase()
  const begins = all.filter((each) => each.toLowerCase().startsWith(text))
  const holds = all.filter((each) => each.toLowerCase().indexOf(text) > 0)
  return [...begins, ...holds].filter((each) => each !== typed).slice(0, most)
}
