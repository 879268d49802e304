// `octavo/report`: Node, Deno, Bun, browsers, webviews, bundlers. Apart from `octavo`, so that who only quantizes loads none
// of it.

import './index.js';

export * from '../reporting.js';
