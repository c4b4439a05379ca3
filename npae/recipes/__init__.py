"""The recipes, one module for each published system. To add one, write a module and add it to this list."""

import difflib

from npae.recipes import (
    colour_denoiser,
    contractive,
    conv,
    deep,
    defects,
    dense,
    keras_denoiser,
    latent2d,
    masking_denoiser,
    overcomplete,
    sparse,
    stacked_denoiser,
    strided_denoiser,
    transposed_denoiser,
    variational,
    variational_dense,
)
from npae.recipes.recipe import Recipe

_PAGES = [
    dense,
    conv,
    strided_denoiser,
    latent2d,
    transposed_denoiser,
    masking_denoiser,
    stacked_denoiser,
    deep,
    keras_denoiser,
    sparse,
    overcomplete,
    contractive,
    variational,
    variational_dense,
    colour_denoiser,
    defects,
]

RECIPES: dict[str, Recipe] = {page.RECIPE.name: page.RECIPE for page in _PAGES}


def get_recipe(name: str) -> Recipe:
    """Return the recipe of that name.

    Raises
    ------
    ValueError
        If there is none; the message suggests similar names.
    """
    if name not in RECIPES:
        near = difflib.get_close_matches(name.replace("_", "-"), RECIPES, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else f"expected one of {', '.join(RECIPES)}"
        raise ValueError(f"unknown recipe {name!r}; {hint}")
    return RECIPES[name]


__all__ = ["RECIPES", "Recipe", "get_recipe"]
