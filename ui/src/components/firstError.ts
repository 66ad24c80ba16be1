// What programs write when something went wrong, by themselves or through the shell.
const plain = [
  /^\s*(\S{1,40}:\s+)?[[(<]?(fatal|error|panic|critical)\b\s*[:[(\])>]/i,
  /\b(ERROR|FATAL|CRITICAL|PANIC|SEVERE)\b/,
  /^Traceback \(most recent call last\)/,
  /\b\w*(Error|Exception)(:|\s+at\b)/,
  /\bpanicked at\b/,
  /\bcommand not found\b|: not found$/,
  /\bNo such file or directory\b|\bPermission denied\b|\bConnection refused\b|\bNo space left on device\b/i,
  /\b(segmentation fault|core dumped|out of memory|oom-kill)/i,
  /(错误|失败|异常|致命)\s*[：:]/,
]
const hint =
  /\b(errors?|fatal|panic(ked)?|exceptions?|traceback|fail(ed|ure)?|cannot|could not)\b|错误|失败|异常/i
// Words of errors that say that there was none.
const none =
  /\b(no|0|zero|without)\s+(\w+\s+)?(errors?|failures?|failed|exceptions?)\b|\b(errors?|failures?|failed|exceptions?)\s*[:=]\s*(0|none|null|false)\b|(没有|无)(任何)?(错误|失败|异常)/i

/**
 * How much a line looks like the cause of a failure: 2 says an error, 1 speaks of one, 0 does neither. A guess, for
 * jumping to a place; it decides nothing.
 */
export function errorWeight(line: string): 0 | 1 | 2 {
  if (!hint.test(line) && !plain.some((each) => each.test(line))) return 0
  if (none.test(line)) return 0
  return plain.some((each) => each.test(line)) ? 2 : 1
}
