// What the imports of wasm files mean. scripts/build.ts resolves them: `inline:` becomes hexadecimal text; `.wasm` stays an
// import beside the entry, for runtimes that compile modules when they deploy.

declare module 'inline:*' {
  const hex: string;
  export default hex;
}

declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}

declare module '*.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}
