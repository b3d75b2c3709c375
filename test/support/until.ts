/** Asks again and again until the answer is truthy, for at most `timeoutMs`: for what announces itself in no other way. */
export async function until<Answer>(
  ask: () => Answer | Promise<Answer>,
  { timeoutMs = 10_000 }: { timeoutMs?: number } = {},
): Promise<NonNullable<Answer>> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (answer) return answer as NonNullable<Answer>
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
