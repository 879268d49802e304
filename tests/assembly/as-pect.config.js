// as-pect: unit tests of the AssemblyScript leaves, compiled and run as wasm. `npm run test:assembly`.

export default {
  entries: ['tests/assembly/*.spec.ts'],
  include: ['tests/assembly/*.include.ts'],
  disclude: [/node_modules/],
  instantiate(memory, createImports, instantiate, binary) {
    return instantiate(binary, createImports({ env: { memory } }));
  },
  outputBinary: false,
};
