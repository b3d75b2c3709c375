import type { z } from 'zod'

/** One sentence a field; the first thing wrong with it. */
export function listErrors(schema: z.ZodType, values: unknown): Record<string, string> {
  const parsed = schema.safeParse(values)
  const errors: Record<string, string> = {}
  for (const issue of parsed.error?.issues ?? []) {
    errors[String(issue.path[0])] ??= issue.message
  }
  return errors
}
