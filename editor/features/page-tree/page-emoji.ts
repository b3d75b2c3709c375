/** The emoji that are offered at once, by what they are of. Any other can be typed or pasted. */
export const PAGE_EMOJI: readonly { readonly of: string; readonly emoji: readonly string[] }[] = [
  {
    of: 'Work',
    emoji: ['📄', '📝', '📚', '📖', '📌', '📎', '✅', '📅', '📈', '💡', '🎯', '🔧', '🧪', '🗂️', '🗒️', '🔍'],
  },
  {
    of: 'Signs',
    emoji: ['⭐', '🔥', '❤️', '⚡', '🚀', '🎉', '❓', '❗', '🔒', '🏁', '🧭', '💬', '📣', '🔔', '🏷️', '🧩'],
  },
  {
    of: 'World',
    emoji: ['🌱', '🌍', '☀️', '🌙', '🏠', '🏢', '✈️', '🚲', '🎨', '🎵', '📷', '🎬', '⚽', '🍎', '☕', '🐝'],
  },
]
