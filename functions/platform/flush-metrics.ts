/** A handler after which, whatever came of it, what was measured is written. */
export function flushMetricsAfter<Asked extends readonly unknown[], Answer>(
  handler: (...asked: Asked) => Promise<Answer>,
  { flush }: { flush(): void },
): (...asked: Asked) => Promise<Answer> {
  return async (...asked) => {
    try {
      return await handler(...asked);
    } finally {
      flush();
    }
  };
}
