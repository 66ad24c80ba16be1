/** The address that a job calls, if it calls one; read from the definition that its form was made from. */
export function callOf(kept: unknown): string | null {
  const http = (kept as { http?: { method?: string; url?: string } } | null)?.http
  return http?.url ? `${http.method ?? 'GET'} ${http.url}` : null
}
