// `octavo/report` under the `workerd` condition (Cloudflare Workers).

import './workerd.js';

export * from '../reporting.js';
