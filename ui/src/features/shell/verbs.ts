/** What the palette does to the jobs that it finds; to open them, if no word says otherwise. */
export type Verb = 'open' | 'run' | 'log' | 'history' | 'explain'

const words: Record<string, Verb> = {
  run: 'run',
  log: 'log',
  history: 'history',
  explain: 'explain',
  运行: 'run',
  日志: 'log',
  历史: 'history',
  解释: 'explain',
}

/** Reads `run backup`: the first word may say what to do, the rest what to look for. */
export function readVerb(text: string): { verb: Verb; rest: string } {
  const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(text.trimStart()) ?? []
  const verb = words[word.toLowerCase()]
  return verb && rest.trim() ? { verb, rest: rest.trim() } : { verb: 'open', rest: text.trim() }
}
