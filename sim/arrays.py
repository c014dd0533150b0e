"""Names for the types of arrays: numbers, row numbers, and flags."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flag = NDArray[np.bool_]
