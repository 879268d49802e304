// What the imports of wasm files mean. scripts/build.ts resolves them: `inline:` becomes base64 text; `.wasm` stays an
// import beside the entry, for runtimes that compile modules when they deploy.

declare module 'inline:*' {
  const base64: string;
  export default base64;
}

declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}

declare module '*.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}
