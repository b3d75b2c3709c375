// Loaded into every measured server before its own code (node --import): tells the benchmark, when asked
// over IPC, what the process itself says it has used. Plain JavaScript, so that nothing but this is added.

process.on('message', (question) => {
  if (question === 'memory') for (let pass = 0; pass < 3; pass++) globalThis.gc?.()
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, external } = process.memoryUsage()
  process.send?.({ cpuMs: (user + system) / 1000, rssBytes: rss, heldBytes: heapUsed + external })
})
// The channel alone must not keep a server alive that wants to end.
process.channel?.unref()
