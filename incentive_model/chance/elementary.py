"""Logarithm and cosine from the four operations alone.

The mathematical library of one machine may round otherwise than that of another; these few lines give
every machine the same bits. Without branches and calls, a compiler also computes several at a time.
"""

import numpy as np

SQRT_HALF_BITS = 0x3FE6A09E667F3BCD  #: of the number √½ in double precision
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10


def log(x: float) -> float:
    """Natural logarithm of a positive, normal number, within one unit in the last place.

    x = 2^e·m with √½ ≤ m < √2; with f = m − 1 and s = f/(2+f) is ln m = f − f²/2 + s(f²/2 + R(s²)), R a
    polynomial (the method and coefficients of ``e_log.c`` in fdlibm, Sun Microsystems 1993).
    """
    bits = np.float64(x).view(np.int64)
    e = (bits - SQRT_HALF_BITS) >> 52
    f = np.int64(bits - (e << 52)).view(np.float64) - 1.0
    exponent = np.float64(e)
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    odd = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    even = z * (
        6.666666666666735130e-01
        + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    half = 0.5 * f * f
    return exponent * LN2_HIGH - ((half - (s * (half + (even + odd)) + exponent * LN2_LOW)) - f)


def cos_of_turns(v: float) -> float:
    """cos 2πv for 0 ≤ v ≤ 1, within 10⁻¹⁵.

    cos 2πv = −sin 2πt with t = ¼ − |v − ½|, and the sine by its series to the 21st power.
    """
    a = 6.283185307179586 * (0.25 - abs(v - 0.5))
    z = a * a
    zz = z * z
    low = (-1.0 / 6.0 + z * (1.0 / 120.0)) + zz * (-1.0 / 5040.0 + z * (1.0 / 362880.0))
    middle = (-1.0 / 39916800.0 + z * (1.0 / 6227020800.0)) + zz * (
        -1.0 / 1307674368000.0 + z * (1.0 / 355687428096000.0)
    )
    high = -1.0 / 121645100408832000.0 + z * (1.0 / 51090942171709440000.0)
    tail = low + zz * zz * (middle + zz * zz * high)
    return -(a * (1.0 + z * tail))
