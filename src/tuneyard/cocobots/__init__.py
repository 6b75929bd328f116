"""COCOBOTS: building instructions for an 8×8 board and the code that carries them out.

The domain of Pai's slides on higher-order code generation (University of Potsdam): a board and
its rules (`board`), the named objects (`objects`), the texts (`instructions`), data by
generation (`generator`) or from the public files (`source`), and the execution check
(`execution`) with its error taxonomy (`errors`, `difference`).
"""
