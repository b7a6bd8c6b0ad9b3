"""Every kind of chart that the drawing process is given."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from riskengine.areas.cost.trend import SpendTrend
from riskengine.charts import Chart

Drawable = Chart | SpendTrend
DRAWABLE: TypeAdapter[Drawable] = TypeAdapter(Annotated[Drawable, Field(discriminator="kind")])
