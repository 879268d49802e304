// `octavo/report` under the `edge-light` condition (Vercel Edge).

import './edge-light.js';

export * from '../reporting.js';
