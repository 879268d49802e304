// SHA-256 of style.ts and script.ts, as content security policies want it: written by scripts/report-hashes.ts.

export const STYLE_HASH = 'sha256-gYxasMNOKm3x5g+v01ue7gIVl48quyUpBSMLda4kDoI=';
export const SCRIPT_HASH = 'sha256-4zcqErq+edqFgENB4KlQRaNq5sMqTDvtfGYO4GNH7Iw=';
