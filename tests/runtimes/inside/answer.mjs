// The answer of a workload that ended with an error: an OctavoError's code and message, or another error's stack.

export function errorAnswer(error) {
  const code = String(error?.code ?? '');
  return { code, message: String((code === '' ? error?.stack : error?.message) ?? error) };
}
